const { exec, execFile, spawn } = require("child_process");
const vm = require("vm");
const _ = require("lodash");
const ejs = require("ejs");
const serialize = require("node-serialize");
const libxmljs = require("libxmljs");
const express = require("express");
const app = express();
const COLUMNS = { name: "name", date: "created_at" };

app.get("/ping", (req, res) => {
  // ruleid: javascript-command-injection
  exec("ping -c 1 " + req.query.host);
  // ruleid: javascript-command-injection
  exec(`ping -c 1 ${req.query.host}`, () => {});
  // ok: javascript-command-injection
  execFile("ping", ["-c", "1", "--", req.query.host]);
  // ok: javascript-command-injection
  exec("ping -c 1 localhost");
  const count = parseInt(req.query.count, 10);
  // ok: javascript-command-injection
  exec(`ping -c ${count} localhost`);
  const { host } = req.query;
  // ruleid: javascript-command-injection
  spawn("ping " + host, { shell: true });
  // ok: javascript-command-injection
  const found = /a/.exec(req.query.host);
  res.json(found);
});

app.post("/users", async (req, res) => {
  const name = req.body.name;
  // ruleid: javascript-sql-injection
  await db.query("select * from users where name = '" + name + "'");
  // ruleid: javascript-sql-injection
  await db.query(`select * from users where name = '${name}'`);
  // ok: javascript-sql-injection
  await db.query("select * from users where name = $1", [name]);
  // ruleid: javascript-sql-injection
  await prisma.$queryRawUnsafe(`select * from users where name = '${name}'`);
  // ok: javascript-sql-injection
  await prisma.$queryRaw`select * from users where name = ${name}`;
  // ok: javascript-sql-injection
  await db.query(`select * from users order by ${COLUMNS[req.query.sort]}`);
  const sort = req.query.sort;
  if (!["name", "date"].includes(sort)) {
    return res.status(400).end();
  }
  // ok: javascript-sql-injection
  await db.query(`select * from users order by ${sort}`);
  // ruleid: javascript-nosql-injection
  await User.findOne({ name: req.body.name, password: req.body.password });
  // ok: javascript-nosql-injection
  await User.findOne({ name: String(req.body.name) });
  // ok: javascript-nosql-injection
  const one = names.find((item) => item === "a");
  res.json(one);
});

app.post("/run", (req, res) => {
  // ruleid: javascript-code-injection
  eval(req.body.code);
  // ruleid: javascript-code-injection
  new Function("x", req.body.code)(1);
  // ruleid: javascript-code-injection
  vm.runInNewContext(req.body.code);
  // ok: javascript-code-injection
  JSON.parse(req.body.code);
  // ok: javascript-code-injection
  eval("1 + 1");
  // ruleid: javascript-template-injection
  ejs.render("<p>" + req.query.name + "</p>");
  // ok: javascript-template-injection
  ejs.render("<p><%= name %></p>", { name: req.query.name });
  // ruleid: javascript-unsafe-deserialization
  serialize.unserialize(req.cookies.profile);
  // ok: javascript-unsafe-deserialization
  JSON.parse(req.cookies.profile);
  // ruleid: javascript-xxe
  libxmljs.parseXml(req.body, { noent: true });
  // ok: javascript-xxe
  libxmljs.parseXml(req.body);
  // ruleid: javascript-prototype-pollution
  settings[req.body.group][req.body.name] = req.body.value;
  // ruleid: javascript-prototype-pollution
  _.merge(settings, req.body);
  // ok: javascript-prototype-pollution
  _.merge(settings, { theme: "dark" });
  // ok: javascript-prototype-pollution
  settings.group.name = req.body.value;
  // ruleid: javascript-regex-injection
  new RegExp(req.query.search, "i");
  // ok: javascript-regex-injection
  new RegExp(_.escapeRegExp(req.query.search), "i");
  res.end();
});
