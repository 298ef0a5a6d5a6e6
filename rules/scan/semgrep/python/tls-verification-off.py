import ssl

import aiohttp
import httpx
import paramiko
import requests
import urllib3


def fetch(url, session, context, client):
    # ruleid: python-tls-verification-off
    requests.get(url, verify=False)
    # ok: python-tls-verification-off
    requests.get(url, verify="ca.pem")
    # ok: python-tls-verification-off
    requests.get(url)
    off = False
    # ruleid: python-tls-verification-off
    requests.post(url, verify=off)
    # ruleid: python-tls-verification-off
    httpx.Client(verify=False)
    # ruleid: python-tls-verification-off
    session.verify = False
    # ruleid: python-tls-verification-off
    context.check_hostname = False
    # ruleid: python-tls-verification-off
    context.verify_mode = ssl.CERT_NONE
    # ok: python-tls-verification-off
    context.verify_mode = ssl.CERT_REQUIRED
    # ruleid: python-tls-verification-off
    ssl._create_unverified_context()
    # ok: python-tls-verification-off
    ssl.create_default_context()
    # ruleid: python-tls-verification-off
    urllib3.PoolManager(cert_reqs="CERT_NONE")
    # ruleid: python-tls-verification-off
    aiohttp.TCPConnector(ssl=False)
    # ruleid: python-ssh-host-key-not-verified
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    # ok: python-ssh-host-key-not-verified
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    # ruleid: python-outdated-tls
    ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    # ok: python-outdated-tls
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # ruleid: python-outdated-tls
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    # ok: python-outdated-tls
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # ruleid: python-outdated-tls
    context.set_ciphers("ALL:RC4")
    # ok: python-outdated-tls
    context.set_ciphers("ECDHE+AESGCM:!aNULL:!MD5")
