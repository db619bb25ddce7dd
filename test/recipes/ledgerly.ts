import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Record_ = { id: string; changedAt: string; [field: string]: unknown }

const first = '2026-03-01T10:00:00Z'

/** What Ledgerly's books hold, as it writes it: numbers are text here and digits on the wire. */
export const ledgerlyBooks = {
	customers: [
		{ id: 'C1', name: 'Brückner & Söhne', crmAccount: 'A1', currency: 'GBP', changedAt: first },
		{ id: 'C2', name: 'Okafor Ltd', crmAccount: 'A2', currency: 'GBP', changedAt: first },
		{ id: 'C3', name: 'Nobody’s', crmAccount: null, currency: 'GBP', changedAt: first },
	],
	invoices: [
		invoice('I1', 'C1', 'D1', '1200.00', '200.00'),
		// More digits than a binary number holds.
		invoice('I2', 'C2', 'D2', '90071992547409.93', '0.00'),
		{ ...invoice('I3', 'C2', null, '50.00', '0.00'), status: 'draft' },
	],
	invoice_lines: [
		invoiceLine('L1', 'I1', '1000.00'),
		invoiceLine('L2', 'I2', '90071992547409.93'),
		invoiceLine('L3', 'I3', '50.00'),
	],
} as { [object: string]: Record_[] }

function invoice(id: string, customerId: string, dealId: string | null, total: string, tax: string): Record_ {
	const rest = { currency: 'GBP', issuedOn: '2026-02-10', status: 'sent', changedAt: first }
	return { id, number: `N-${id}`, customerId, dealId, total, tax, ...rest }
}

function invoiceLine(id: string, invoiceId: string, net: string): Record_ {
	return { id, invoiceId, sku: 'P1', quantity: '1', unitPrice: net, net, currency: 'GBP', changedAt: first }
}

const numbers = /"(total|tax|net|quantity|unitPrice)":"([^"]+)"/g

/** A small ERP over `GET /api/<object>`, two records a page behind `after`; it knows one key. The caller closes it. */
export async function startLedgerly(books = structuredClone(ledgerlyBooks)) {
	const asked: string[] = []
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		asked.push(`${request.method} ${request.url}`)
		const { status, body } = answer(books, request)
		response.writeHead(status, { 'content-type': 'application/json' }).end(body)
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	return {
		books,
		asked,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
}

function answer(books: typeof ledgerlyBooks, request: IncomingMessage): { status: number; body: string } {
	if (request.headers.authorization !== 'Bearer key-of-ledgerly')
		return { status: 401, body: JSON.stringify({ message: 'the key is unknown' }) }
	const url = new URL(request.url!, 'http://ledgerly')
	const all = books[url.pathname.replace('/api/', '')]
	if (!all) return { status: 404, body: JSON.stringify({ message: 'no such object' }) }
	const since = url.searchParams.get('changed_since') ?? ''
	const changed = all.filter((record) => Date.parse(record.changedAt) >= (Date.parse(since) || 0))
	const behind = changed.filter((record) => record.id > (url.searchParams.get('after') ?? ''))
	const page = { total: changed.length, has_more: behind.length > 2, data: behind.slice(0, 2) }
	return { status: 200, body: JSON.stringify(page).replaceAll(numbers, '"$1":$2') }
}
