// Puts the assistant into another page: <script src="https://HOST/widget.js" defer></script>
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host{all:initial}
    button{font:700 18px/1.2 system-ui,sans-serif;cursor:pointer}
    .open{position:fixed;right:16px;bottom:16px;z-index:2147483000;background:#0b5d4e;color:#fff;border:3px solid #fff;
      border-radius:999px;padding:16px 22px;min-height:60px;box-shadow:0 4px 18px #0006}
    .panel{position:fixed;right:16px;bottom:16px;z-index:2147483001;width:min(420px,calc(100vw - 16px));
      height:min(720px,calc(100vh - 32px));background:#fff;border:2px solid #0b5d4e;border-radius:16px;overflow:hidden;
      box-shadow:0 8px 40px #0008;display:flex}
    .panel[hidden],.open[hidden]{display:none}
    iframe{border:0;flex:1;width:100%;height:100%}
    .close{position:absolute;top:8px;right:8px;width:48px;height:48px;border-radius:12px;border:2px solid #0b5d4e;
      background:#fff;color:#0b5d4e;font-size:22px}
    button:focus-visible{outline:3px solid #b35900;outline-offset:2px}
    @media (max-width:480px){.panel{right:0;bottom:0;width:100vw;height:100vh;border:0;border-radius:0}}
  `);
  root.adoptedStyleSheets = [style];

  const make = (tag, name) => Object.assign(document.createElement(tag), { className: name });
  const open = make("button", "open");
  open.type = "button";
  open.textContent = "Hỏi thủ tục";
  open.setAttribute("aria-haspopup", "dialog");
  const panel = make("div", "panel");
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", "Hỏi về thủ tục hành chính");
  const close = make("button", "close");
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", "Đóng khung hỏi đáp");
  panel.append(close);
  root.append(open, panel);

  let frame = null;
  const show = () => {
    if (!frame) {
      frame = make("iframe", "");
      frame.title = "Hỏi về thủ tục hành chính";
      frame.src = `${home}/?khung=1`;
      panel.prepend(frame);
    }
    panel.hidden = false;
    open.hidden = true;
    close.focus();
  };
  const hide = () => {
    panel.hidden = true;
    open.hidden = false;
    open.focus();
  };
  open.addEventListener("click", show);
  close.addEventListener("click", hide);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) hide();
  });
  const mount = () => document.body.append(host);
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
})();
