import ast
import json

from flask import Flask, request

app = Flask(__name__)
OPERATIONS = {"sum": sum, "max": max}


@app.route("/calculate", methods=["POST"])
def calculate():
    formula = request.form["formula"]
    # ruleid: python-code-injection
    result = eval(formula)
    # ruleid: python-code-injection
    exec("result = " + formula)
    # ok: python-code-injection
    result = ast.literal_eval(formula)
    # ok: python-code-injection
    result = OPERATIONS[formula]([1, 2])
    # ok: python-code-injection
    result = eval("1 + 1")
    # ok: python-code-injection
    result = json.loads(formula)
    return str(result)
