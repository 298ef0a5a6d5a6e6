import hashlib
import os
import pickle
import subprocess
import sys
import urllib.request

import requests
from transformers import AutoModel

# ruleid: python-unmaintained-cryptography
from Crypto.Util import randpool
# ok: python-unmaintained-cryptography
from Cryptodome.Cipher import AES

KNOWN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def install(name):
    # ruleid: python-installs-packages
    subprocess.run([sys.executable, "-m", "pip", "install", name], check=True)
    # ruleid: python-installs-packages
    os.system("pip install flask")
    # ok: python-installs-packages
    subprocess.run([sys.executable, "-m", "pip", "list"], check=True)
    # ruleid: python-installs-packages, python-untrusted-index
    subprocess.run(["pip", "install", "--trusted-host", "10.0.0.1", name], check=True)
    # ok: python-untrusted-index
    subprocess.run(["pip", "download", "--index-url", "https://mirror.example", name], check=True)
    # ruleid: python-shell-pipes-download
    os.system("curl -sSL https://get.example | sh")
    # ok: python-shell-pipes-download
    os.system("curl -sSL https://get.example -o get.txt")


def update(url):
    # ruleid: python-runs-unverified-download
    exec(requests.get(url).text)
    # ok: python-runs-unverified-download
    requests.get(url).json()
    # ruleid: python-runs-unverified-download
    pickle.loads(urllib.request.urlopen(url).read())
    data = requests.get(url).content
    if hashlib.sha256(data).hexdigest() != KNOWN:
        raise ValueError(url)
    # ok: python-runs-unverified-download
    exec(data)
    # ruleid: python-download-without-encryption
    urllib.request.urlretrieve("http://files.example/tool.zip", "tool.zip")
    # ok: python-download-without-encryption
    urllib.request.urlretrieve("https://files.example/tool.zip", "tool.zip")


def model(name):
    # ruleid: python-remote-code-trusted
    AutoModel.from_pretrained(name, trust_remote_code=True)
    # ok: python-remote-code-trusted
    AutoModel.from_pretrained(name)
