// Conveniences for those who have script; every page works without it.
const isTyping = (element) => element instanceof HTMLElement && element.matches('input, textarea, select')

document.addEventListener('keydown', (event) => {
	if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
		event.preventDefault()
		document.getElementById('search')?.focus()
	}
	if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && event.target instanceof HTMLTextAreaElement) {
		event.target.form?.requestSubmit()
	}
	if (event.key === 'Escape') closeMenus()
})

// Keys in a table act only while it has the focus.
for (const region of document.querySelectorAll('.scroll')) {
	region.addEventListener('keydown', (event) => {
		if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
		const rows = [...region.querySelectorAll('tbody tr')]
		const current = rows.findIndex((row) => row.classList.contains('at'))
		if (['ArrowDown', 'j'].includes(event.key)) select(rows, current, Math.min(current + 1, rows.length - 1), event)
		else if (['ArrowUp', 'k'].includes(event.key)) select(rows, current, Math.max(current - 1, 0), event)
		else if (event.key === 'Enter' && event.target === region) rows[current]?.querySelector('a')?.click()
		else if (event.key === 'x') rows[current]?.querySelector('input[type=checkbox]')?.click()
		else if (['a', 'c'].includes(event.key)) focusField(region, event)
	})
}

// The field of the form around the table that says so.
function focusField(region, event) {
	const field = region.closest('form')?.querySelector(`[aria-keyshortcuts="${event.key}"]`)
	if (!field) return
	event.preventDefault()
	field.focus()
}

function select(rows, from, to, event) {
	event.preventDefault()
	rows[from]?.classList.remove('at')
	rows[to]?.classList.add('at')
	rows[to]?.scrollIntoView({ block: 'nearest' })
}

// A menu of filters closes when something else is clicked.
document.addEventListener('click', (event) => {
	if (!(event.target instanceof Element) || !event.target.closest('details.facet')) closeMenus()
})

function closeMenus() {
	for (const menu of document.querySelectorAll('details.facet[open]')) menu.removeAttribute('open')
}

// A choice shows at once; the button stays for those without script.
for (const choice of document.querySelectorAll('form.narrow select')) {
	choice.addEventListener('change', () => choice.form?.requestSubmit())
}
