// On the sign-in page: an address of a company that has a sign-in of its own offers that one by name. Only the domain is asked.
const button = document.querySelector('#company-sign-in'), email = document.querySelector('#email'), plain = button?.textContent;
let asked = '', wait;

async function look() {
	const domain = email.value.trim().split('@')[1] ?? '';
	if (domain === asked) return;
	asked = domain;
	const answer = /.\../.test(domain) ? await fetch(`/sign-in/company.json?domain=${encodeURIComponent(domain)}`).catch(() => null) : null;
	const { owner } = answer?.ok ? await answer.json() : {};
	if (domain !== asked) return;
	button.textContent = owner ? `Continue with ${owner}’s sign-in` : plain;
	button.setAttribute('formaction', owner ? '/sign-in/oidc' : '/sign-in/company');
	button.classList.toggle('primary', Boolean(owner));
}
if (button && email) {
	email.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(look, 200); });
	look();
}
