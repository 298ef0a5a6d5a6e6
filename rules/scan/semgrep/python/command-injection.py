import os
import shlex
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.route("/ping")
def ping():
    host = request.args.get("host")
    # ruleid: python-command-injection
    os.system("ping -c 1 " + host)
    # ruleid: python-command-injection
    subprocess.run(f"ping -c 1 {host}", shell=True)
    # ruleid: python-command-injection
    subprocess.check_output(["sh", "-c", "ping -c 1 " + host])
    # ok: python-command-injection
    subprocess.run(["ping", "-c", "1", "--", host], check=True)
    # ok: python-command-injection
    os.system("ping -c 1 " + shlex.quote(host))
    command = ["ping", "-c", "1", host]
    # ok: python-command-injection
    subprocess.run(command, check=True)
    return "sent"


@app.route("/tool")
def tool():
    name = request.form["tool"]
    # ruleid: python-command-injection
    subprocess.call([name, "--version"])
    if name in {"git", "make"}:
        # ok: python-command-injection
        subprocess.call([name, "--version"])
    # ok: python-command-injection
    os.system("uptime")
    return "ran"
