import jwt
from jose import jwt as jose_jwt


def read(token, key, claims):
    # ruleid: python-jwt-not-verified
    jwt.decode(token, options={"verify_signature": False})
    # ok: python-jwt-not-verified
    unverified = jwt.decode(token, options={"verify_signature": False})
    # ruleid: python-jwt-not-verified
    jwt.decode(token, key, verify=False)
    # ok: python-jwt-not-verified, python-jwt-algorithm-none, python-jwt-algorithm-confusion, python-jwt-never-expires
    jwt.decode(token, key, algorithms=["RS256"])
    # ruleid: python-jwt-not-verified
    jose_jwt.get_unverified_claims(token)
    # ruleid: python-jwt-algorithm-none
    jwt.encode(claims, None, algorithm="none")
    # ok: python-jwt-algorithm-none
    jwt.encode(claims, key, algorithm="HS256")
    # ruleid: python-jwt-algorithm-none
    jwt.decode(token, key, algorithms=["HS256", "none"])
    # ruleid: python-jwt-algorithm-confusion
    jwt.decode(token, key, algorithms=["RS256", "HS256"])
    # ok: python-jwt-algorithm-confusion
    jwt.decode(token, key, algorithms=["RS256", "ES256"])
    header = jwt.get_unverified_header(token)
    # ruleid: python-jwt-algorithm-confusion
    jwt.decode(token, key, algorithms=[header["alg"]])
    # ruleid: python-jwt-never-expires
    jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
    return unverified
