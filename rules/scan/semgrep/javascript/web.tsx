import DOMPurify from "dompurify";
import React from "react";

type Props = { html: string; name: string };

export function Comment({ html, name }: Props) {
  const clean = DOMPurify.sanitize(html);
  return (
    <section>
      {/* ruleid: javascript-unescaped-html */}
      <div dangerouslySetInnerHTML={{ __html: html }} />
      {/* ok: javascript-unescaped-html */}
      <div dangerouslySetInnerHTML={{ __html: clean }} />
      {/* ok: javascript-unescaped-html */}
      <div dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(html) }} />
      {/* ok: javascript-unescaped-html */}
      <div dangerouslySetInnerHTML={{ __html: "<b>shop</b>" }} />
      <p>{name}</p>
    </section>
  );
}

export function show(element: HTMLElement, token: string) {
  const wanted = new URLSearchParams(window.location.search).get("q");
  // ruleid: javascript-dom-cross-site-scripting
  element.innerHTML = "<b>" + wanted + "</b>";
  // ok: javascript-dom-cross-site-scripting
  element.textContent = wanted;
  // ok: javascript-dom-cross-site-scripting
  element.innerHTML = DOMPurify.sanitize(wanted ?? "");
  // ruleid: javascript-dom-cross-site-scripting
  document.write(location.hash);
  // ruleid: javascript-open-redirect
  window.location.href = wanted ?? "/";
  // ok: javascript-open-redirect
  window.location.href = "/home";
  // ruleid: javascript-secret-in-browser-storage
  localStorage.setItem("access_token", token);
  // ok: javascript-secret-in-browser-storage
  localStorage.setItem("theme", "dark");
  // ruleid: javascript-message-from-anybody
  window.addEventListener("message", (event) => {
    element.textContent = event.data;
  });
  // ok: javascript-message-from-anybody
  window.addEventListener("message", (event) => {
    if (event.origin !== "https://shop.example") return;
    element.textContent = event.data;
  });
  // ruleid: javascript-message-from-anybody
  window.parent.postMessage(token, "*");
  // ok: javascript-message-from-anybody
  window.parent.postMessage(token, "https://shop.example");
}
