// A button that prints; without JavaScript it stays hidden and the page says which keys do.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
