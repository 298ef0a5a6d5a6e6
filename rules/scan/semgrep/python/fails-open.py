import contextlib


def is_allowed(user, action):
    try:
        return action in user.load_rights()
    except LookupError:
        # ruleid: python-fails-open
        return True


def has_permission(user, action):
    try:
        return action in user.load_rights()
    except LookupError:
        # ok: python-fails-open
        return False


def verify_token(token, key):
    try:
        key.verify(token)
        # ok: python-fails-open
        return True
    except ValueError:
        return False


def colours(text):
    try:
        return text.parse()
    except ValueError:
        # ok: python-fails-open
        return True


def pay(user, token, account, log):
    # ruleid: python-swallowed-security-error
    try:
        verify_signature(token)
    except ValueError:
        pass
    # ok: python-swallowed-security-error
    try:
        verify_signature(token)
    except ValueError:
        return None
    # ruleid: python-swallowed-security-error, python-swallowed-exception
    try:
        user.check_permission("pay")
    except Exception:
        pass
    # ruleid: python-swallowed-exception
    try:
        account.pay()
    except:
        pass
    # ok: python-swallowed-exception, python-swallowed-security-error
    try:
        account.pay()
    except Exception:
        log.exception("not paid")
        raise
    # ok: python-swallowed-exception
    try:
        account.close()
    except KeyError:
        pass
    # ruleid: python-swallowed-exception
    with contextlib.suppress(Exception):
        account.close()
    # ok: python-swallowed-exception
    with contextlib.suppress(KeyError):
        account.close()


def verify_signature(token):
    if not token:
        raise ValueError(token)


def remove(user, other):
    # ruleid: python-assert-as-guard
    assert user.is_admin
    other.delete()


def rename(user, other):
    # ruleid: python-assert-as-guard
    assert user.has_perm("shop.rename"), "not yours"
    other.delete()


def area(width):
    # ok: python-assert-as-guard
    assert width > 0
    return width


def test_rights(user):
    # ok: python-assert-as-guard
    assert user.is_admin
