import fs from "fs";
import path from "path";
import cors from "cors";
import escapeHtml from "escape-html";
import express from "express";

const app = express();
const ROOT = "/srv/files";
// ruleid: javascript-cors-any-origin-with-credentials
app.use(cors({ origin: true, credentials: true }));
// ok: javascript-cors-any-origin-with-credentials
app.use(cors({ origin: "https://shop.example", credentials: true }));
// ok: javascript-cors-any-origin-with-credentials
app.use(cors({ origin: "*" }));

app.get("/hello", (req, res) => {
  // ruleid: javascript-cross-site-scripting
  res.send("<p>" + req.query.name + "</p>");
  // ruleid: javascript-cross-site-scripting
  res.status(404).send(`<p>no ${req.params.page}</p>`);
  // ok: javascript-cross-site-scripting
  res.send("<p>" + escapeHtml(req.query.name) + "</p>");
  // ok: javascript-cross-site-scripting
  res.json({ name: req.query.name });
  // ok: javascript-cross-site-scripting
  res.send({ name: req.query.name });
  // ok: javascript-cross-site-scripting
  res.send(`<p>${Number(req.query.age)}</p>`);
});

app.get("/file", (req, res) => {
  // ruleid: javascript-path-traversal
  fs.readFileSync("/srv/files/" + req.query.name);
  // ruleid: javascript-path-traversal
  res.sendFile(path.join(ROOT, req.query.name));
  // ok: javascript-path-traversal
  res.sendFile(req.query.name, { root: ROOT });
  // ok: javascript-path-traversal
  fs.readFileSync(path.join(ROOT, path.basename(req.query.name)));
  const full = path.resolve(ROOT, req.query.name);
  if (!full.startsWith(ROOT + path.sep)) {
    return res.status(400).end();
  }
  // ok: javascript-path-traversal
  res.sendFile(full);
});

app.get("/fetch", async (req, res) => {
  // ruleid: javascript-ssrf
  await fetch(req.query.url);
  // ruleid: javascript-ssrf
  await fetch(`https://${req.query.host}/status`);
  // ok: javascript-ssrf
  await fetch(`https://api.example/users/${req.query.id}`);
  // ok: javascript-ssrf
  await fetch("https://api.example/");
  // ruleid: javascript-open-redirect
  res.redirect(req.query.next);
  // ok: javascript-open-redirect
  res.redirect("/users/" + req.query.id);
  // ok: javascript-open-redirect
  res.redirect(`/users/${req.query.id}`);
  // ruleid: javascript-open-redirect
  res.redirect(`/${req.query.id}`);
  // ok: javascript-open-redirect
  res.redirect("/");
  const next = req.query.next;
  if (["/a", "/b"].includes(next)) {
    // ok: javascript-open-redirect
    res.redirect(next);
  }
  // ruleid: javascript-cors-any-origin-with-credentials
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  // ok: javascript-cors-any-origin-with-credentials
  res.setHeader("Access-Control-Allow-Origin", "https://shop.example");
});

app.use((error, req, res, next) => {
  // ruleid: javascript-error-to-client
  res.status(500).send(error.stack);
  console.error(error.stack);
  // ok: javascript-error-to-client
  res.status(500).send("it failed");
});
