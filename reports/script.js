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
	if (event.key === 'Escape') {
		const menu = document.activeElement?.closest('details.facet[open]')
		closeMenus()
		menu?.querySelector('summary')?.focus()
	}
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

// A menu that would run off the right edge hangs from its own right end.
for (const menu of document.querySelectorAll('.filters details.facet')) {
	menu.addEventListener('toggle', () => {
		menu.classList.remove('flip')
		const { right } = menu.querySelector('ul').getBoundingClientRect()
		if (menu.open && right > document.documentElement.clientWidth) menu.classList.add('flip')
	})
}

function closeMenus() {
	for (const menu of document.querySelectorAll('details.facet[open]')) menu.removeAttribute('open')
}

// A choice by pointer shows at once. By key each arrow is a choice, and the next one could not be reached: there the button shows it.
for (const choice of document.querySelectorAll('form.narrow select')) {
	let isByPointer = false
	choice.addEventListener('pointerdown', () => {
		isByPointer = true
	})
	choice.addEventListener('keydown', () => {
		isByPointer = false
	})
	choice.addEventListener('change', () => {
		if (isByPointer) choice.form?.requestSubmit()
	})
}
