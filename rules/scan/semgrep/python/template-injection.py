from flask import Flask, render_template_string, request
from jinja2 import Template

app = Flask(__name__)


@app.route("/card")
def card():
    text = request.args["text"]
    # ruleid: python-template-injection
    render_template_string("<p>" + text + "</p>")
    # ruleid: python-template-injection
    Template(f"Dear {text}").render()
    # ok: python-template-injection
    Template("Dear {{ text }}").render(text=text)
    # ok: python-template-injection
    return render_template_string("<p>{{ text }}</p>", text=text)
