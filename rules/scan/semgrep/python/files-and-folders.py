import os
import stat
import tempfile
from pathlib import Path

OPEN = 0o777


def write(text, path):
    # ruleid: python-insecure-temporary-file
    name = tempfile.mktemp()
    # ok: python-insecure-temporary-file
    handle, name = tempfile.mkstemp()
    # ruleid: python-insecure-temporary-file
    with open("/tmp/shop.txt", "w") as file:
        file.write(text)
    # ok: python-insecure-temporary-file
    with open("/var/lib/shop.txt", "w") as file:
        file.write(text)
    # ok: python-insecure-temporary-file
    with open("/tmp/shop.txt") as file:
        file.read()
    # ruleid: python-insecure-temporary-file
    Path("/tmp/shop.txt").write_text(text)
    # ruleid: python-loose-file-permissions
    os.chmod(path, 0o777)
    # ruleid: python-loose-file-permissions
    os.chmod(path, OPEN)
    # ok: python-loose-file-permissions
    os.chmod(path, 0o640)
    # ruleid: python-loose-file-permissions
    os.chmod(path, stat.S_IRUSR | stat.S_IWOTH)
    # ok: python-loose-file-permissions
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
    # ruleid: python-loose-file-permissions
    os.umask(0)
    # ok: python-loose-file-permissions
    os.umask(0o077)
    return handle, name
