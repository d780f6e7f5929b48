// Back from a company's own sign-in: presses the button that a person would press.
document.querySelector('#finish')?.requestSubmit();
