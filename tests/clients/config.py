"""Config files: the programs and libraries that read them find what sfcred wrote, and sfcred reads what they write."""

import base64
import configparser
import json
import tomllib

import dotenv
import javaproperties
import ruamel.yaml
import tomli_w
import yaml
from airflow.models import Connection
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from common import AS_OF, SFCRED, WORK, end, prove, run

# What hurts in one syntax or another; the tokens are of the usual shape.
PASSWORDS = {
    "plain": "Quartz-Lantern-42!",
    "quotes": "it's \"so\"",
    "dollar": "a$b${HOME}$(id)",
    "backslash": "a\\b\\\\c",
    "hash": "p # no comment; %d 100%",
    "colon": "key: value, [x] {y} & *z",
    "unicode": "пароль-密码-🔒",
    "equals": "=SUM(A1:A9)",
    "yaml": "no",
}
TOKEN = "Qx7LmT2vRk9ZpB4nWc6HdY1s"
USER = "ops@harbor-widgets.example"


def native(name, **record):
    """A native file of one record."""
    path = WORK / f"{name}.json"
    record = {"username": USER, "token": TOKEN, "urls": ["https://login.salesforce.com"], **record}
    path.write_text(json.dumps({"format": "sfcred", "version": 1, "records": [record]}), encoding="utf-8")
    return path


def write(name, password, format, style, *options):
    """The record in a style of a format."""
    path = WORK / f"{name}.{format}.{style}"
    options = [*options, *(["--style", style] if style else [])]
    run(SFCRED, "convert", native(name, password=password), "--to", format, "-o", path, "--force", "--quiet", *options, *AS_OF)
    return path


def read(path):
    """Username, password and token as sfcred reads them."""
    text = run(SFCRED, "convert", path, "--to", "sfcred", "-o", "-", "--quiet", *AS_OF)
    record = json.loads(text)["records"][0]
    return record["username"], record.get("password", ""), record.get("token", "")


def same(what, found, password):
    """Proves that a reader found the login."""
    prove(f"{what}: {found[1]!r}" if found[1] != password else what, tuple(found) == (USER, password, TOKEN))


def shell(path, *names):
    """The values of variables after a shell has read the file."""
    script = '. "$0"; for name in "$@"; do printf "%s\\0" "${!name}"; done'
    return run("bash", "-c", script, path, *names).decode().split("\0")[:-1]


for name, password in PASSWORDS.items():
    variables = ["SALESFORCE_USERNAME", "SALESFORCE_PASSWORD", "SALESFORCE_SECURITY_TOKEN"]
    path = write(name, password, "dotenv", "salesforce")
    # It expands `${}` between single quotes unless told not to, and takes two backslashes there for one; `sfcred formats dotenv` says so.
    if "\\" not in password:
        values = dotenv.dotenv_values(path, interpolate=False)
        same(f"python-dotenv reads the variables, {name}", [values[key] for key in variables], password)
    same(f"bash reads the variables, {name}", shell(path, *variables), password)

    values = javaproperties.loads(write(name, password, "properties", "mule").read_text(encoding="utf-8"))
    same(f"javaproperties reads those of Mule, {name}", [values[f"sfdc.{key}"] for key in ("username", "password", "securityToken")], password)

    values = tomllib.loads(write(name, password, "toml", "streamlit").read_text(encoding="utf-8"))["salesforce"]
    same(f"tomllib reads the secrets of Streamlit, {name}", [values[key] for key in ("username", "password", "security_token")], password)

    parser = configparser.ConfigParser()
    parser.read(write(name, password, "ini", "simple-salesforce"), encoding="utf-8")
    same(f"configparser reads the section, {name}", [parser["salesforce"][key] for key in ("username", "password", "security_token")], password)

    path = write(name, password, "yaml", "rails")
    for what, load in (("PyYAML", yaml.safe_load), ("ruamel.yaml", ruamel.yaml.YAML(typ="safe").load)):
        values = load(path.read_text(encoding="utf-8"))["production"]
        same(f"{what} reads the secrets of Rails, {name}", [values[f"salesforce_{key}"] for key in ("username", "password", "security_token")], password)
    [secret] = yaml.safe_load_all(write(name, password, "yaml", "kubernetes").read_text(encoding="utf-8"))
    same(f"PyYAML reads the secret of Kubernetes, {name}", [secret["stringData"][key] for key in variables], password)

    values = json.loads(write(name, password, "json-config", "tap").read_text(encoding="utf-8"))
    same(f"json reads the config of a tap, {name}", [values[key] for key in ("username", "password", "security_token")], password)
    prove(f"its flag is one, {name}", values["is_sandbox"] is False)

    uri = dotenv.dotenv_values(write(name, password, "dotenv", "airflow"), interpolate=False)["AIRFLOW_CONN_SALESFORCE_DEFAULT"]
    connection = Connection(uri=uri)
    extra = connection.extra_dejson
    same(f"Airflow reads the connection, {name}", [connection.login, connection.password, extra["security_token"]], password)
    prove(f"of its own type and domain, {name}", (connection.conn_type, extra["domain"]) == ("salesforce", "login"))

    key = WORK / f"{name}.key"
    document = write(name, password, "data-loader", "", "--to-key-file", key).read_text(encoding="utf-8")
    digits = document.split('"sfdc.password" value="')[1].split('"')[0]
    # Bytes from 80 on run backwards.
    sealed = bytes(byte if byte < 128 else 383 - byte for byte in bytes.fromhex(digits))
    decryptor = Cipher(algorithms.AES(key.read_bytes()), modes.CBC(sealed[:16])).decryptor()
    unpadder = PKCS7(128).unpadder()
    opened = unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
    prove(f"AES opens what was encrypted for Data Loader, {name}", opened.decode() == password + TOKEN)

    # What they write, sfcred reads.
    path = WORK / f"{name}.written"
    path.write_text("")
    for key, value in zip(variables, (USER, password, TOKEN)):
        dotenv.set_key(path, key, value, quote_mode="always")
    # What a shell can read is read as a shell does.
    if "\\" not in password:
        same(f"sfcred reads what python-dotenv writes, {name}", read(path), password)
    properties = dict(zip(("sfdc.username", "sfdc.password", "sfdc.securityToken"), (USER, password, TOKEN)))
    path.write_text(javaproperties.dumps(properties), encoding="utf-8")
    if "${" not in password:
        same(f"sfcred reads what javaproperties writes, {name}", read(path), password)
    login = dict(zip(("username", "password", "security_token"), (USER, password, TOKEN)))
    path.write_text(tomli_w.dumps({"salesforce": login}), encoding="utf-8")
    same(f"sfcred reads what tomli-w writes, {name}", read(path), password)
    for style in (None, "'", '"'):
        path.write_text(yaml.safe_dump({"salesforce": login}, default_style=style, allow_unicode=True), encoding="utf-8")
        same(f"sfcred reads what PyYAML writes with {style or 'few'} quotes, {name}", read(path), password)
    data = {key: base64.b64encode(value.encode()).decode() for key, value in zip(variables, (USER, password, TOKEN))}
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Secret", "data": data}), encoding="utf-8")
    same(f"sfcred reads a secret of Kubernetes in base64, {name}", read(path), password)
    parser = configparser.ConfigParser()
    parser["salesforce"] = {key: value.replace("%", "%%") for key, value in login.items()}
    with path.open("w", encoding="utf-8") as file:
        parser.write(file)
    same(f"sfcred reads what configparser writes, {name}", read(path), password)
    path.write_text(json.dumps({"salesforce": login}), encoding="utf-8")
    same(f"sfcred reads what json writes, {name}", read(path), password)
    connection = Connection(conn_type="salesforce", login=USER, password=password, extra={"security_token": TOKEN})
    path.write_text(f"AIRFLOW_CONN_SALESFORCE_DEFAULT={connection.get_uri()}\n", encoding="utf-8")
    same(f"sfcred reads the URI that Airflow writes, {name}", read(path), password)

end()
