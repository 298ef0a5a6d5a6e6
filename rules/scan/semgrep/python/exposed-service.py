import ftplib
import smtplib
import socket

import requests
import uvicorn


def serve(app, host):
    # ruleid: python-binds-all-interfaces
    app.run(host="0.0.0.0")
    # ok: python-binds-all-interfaces
    app.run(host="127.0.0.1")
    # ok: python-binds-all-interfaces
    app.run(host=host)
    everywhere = "0.0.0.0"
    # ruleid: python-binds-all-interfaces
    uvicorn.run(app, host=everywhere)
    # ruleid: python-binds-all-interfaces
    socket.socket().bind(("", 80))
    # ok: python-binds-all-interfaces
    socket.socket().bind(("127.0.0.1", 80))


def send(name, password):
    # ruleid: python-clear-text-protocol
    ftplib.FTP("files.example")
    # ok: python-clear-text-protocol
    ftplib.FTP_TLS("files.example")
    plain = smtplib.SMTP("mail.example")
    # ruleid: python-clear-text-protocol
    plain.login(name, password)
    mail = smtplib.SMTP("mail.example")
    mail.starttls()
    # ok: python-clear-text-protocol
    mail.login(name, password)
    # ruleid: python-clear-text-protocol
    requests.get("http://api.example/me", auth=(name, password))
    # ok: python-clear-text-protocol
    requests.get("https://api.example/me", auth=(name, password))
