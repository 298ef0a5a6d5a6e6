import crypto from "node:crypto";
import https from "node:https";
import helmet from "helmet";
import jwt from "jsonwebtoken";
import session from "express-session";

declare const app: any;
declare const key: string;

// ruleid: javascript-hard-coded-secret
app.use(session({ secret: "keyboard cat", cookie: { secure: true } }));
// ok: javascript-hard-coded-secret
app.use(session({ secret: process.env.SESSION_SECRET, cookie: { secure: true } }));
// ruleid: javascript-insecure-cookie, javascript-cookie-readable-by-script
app.use(session({ secret: key, cookie: { secure: false, httpOnly: false } }));
// ruleid: javascript-hard-coded-secret
const fallback = process.env.JWT_SECRET || "development";
// ok: javascript-hard-coded-secret
const host = process.env.DB_HOST || "localhost";
// ruleid: javascript-security-header-off
app.use(helmet({ contentSecurityPolicy: false }));
// ok: javascript-security-header-off
app.use(helmet());
// ruleid: javascript-tls-verification-off
const agent = new https.Agent({ rejectUnauthorized: false });
// ok: javascript-tls-verification-off
const careful = new https.Agent({ rejectUnauthorized: true });
// ruleid: javascript-tls-verification-off
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

export function login(res: any, token: string): void {
  // ruleid: javascript-insecure-cookie
  res.cookie("theme", "dark");
  // ruleid: javascript-insecure-cookie, javascript-cookie-readable-by-script
  res.cookie("session", token, { path: "/" });
  // ok: javascript-insecure-cookie, javascript-cookie-readable-by-script
  res.cookie("session", token, { httpOnly: true, secure: true, sameSite: "lax" });
  // ruleid: javascript-insecure-cookie
  res.cookie("session", token, { httpOnly: true, secure: false });
  // ruleid: javascript-cookie-readable-by-script
  res.cookie("session", token, { httpOnly: false, secure: true });
}

export function tokens(token: string, text: string): unknown {
  // ruleid: javascript-hard-coded-secret
  jwt.sign({ id: 1 }, "development");
  // ok: javascript-hard-coded-secret, javascript-jwt-not-verified
  jwt.verify(token, key, { algorithms: ["HS256"] });
  // ruleid: javascript-jwt-not-verified
  jwt.verify(token, key, { algorithms: ["HS256", "none"] });
  // ruleid: javascript-predictable-token
  const resetToken = Math.random().toString(36).slice(2);
  // ok: javascript-predictable-token
  const csrfToken = crypto.randomUUID();
  // ok: javascript-predictable-token
  const shade = Math.random() * 360;
  // ruleid: javascript-weak-hash
  const digest = crypto.createHash("md5").update(text).digest("hex");
  // ok: javascript-weak-hash
  const better = crypto.createHash("sha256").update(text).digest("hex");
  // ok: javascript-weak-hash
  const etag = crypto.createHash("sha1").update(text).digest("hex");
  // ruleid: javascript-weak-cipher
  crypto.createCipheriv("aes-256-ecb", key, null);
  // ok: javascript-weak-cipher
  crypto.createCipheriv("aes-256-gcm", key, crypto.randomBytes(12));
  return [resetToken, csrfToken, shade, digest, better, etag, fallback, host, agent, careful];
}

export function claims(token: string): unknown {
  // ruleid: javascript-jwt-not-verified
  return jwt.decode(token);
}
