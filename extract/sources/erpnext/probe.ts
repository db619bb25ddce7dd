import type { Ask } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { ErpnextOptions } from './erpnext.ts'
import { listRequest } from './request.ts'

/** What `tieout doctor` asks: whose token it is, what the site's clock says, and what is kept from the user. */
export async function probeErpnext(given: ErpnextOptions, ask: Ask): Promise<Found[]> {
	const { json } = await ask({ method: 'GET', path: '/api/method/frappe.auth.get_logged_user' })
	const user = String((json as { message: string }).message)
	const unread = given.orders ? [] : await unreadOrders(ask)
	return [{ name: 'user', detail: user }, await siteClock(given, ask), await userPermissions(user, ask), ...unread]
}

type Found = { name: string; detail: string; fix?: string }

/** Orders of a company that says it writes none. Who may not look them up can't read them either. */
async function unreadOrders(ask: Ask): Promise<Found[]> {
	const [newest] =
		(await rows('Sales Order', { fields: ['name'], orderBy: 'modified desc', size: 1 }, ask).catch(ifDenied)) ?? []
	if (!newest) return []
	const detail = `there are some, such as ${newest['name']}, and orders: false leaves them out`
	return [{ name: 'Sales Orders', detail, fix: 'take orders: false out of the options' }]
}

async function siteClock({ time_zone: zone }: ErpnextOptions, ask: Ask) {
	const [newest] = await rows('Sales Invoice', { fields: ['modified'], orderBy: 'modified desc', size: 1 }, ask)
	const detail = newest
		? `the newest invoice is stamped ${newest['modified']?.slice(0, 19)}; that must be the time in ${zone}`
		: 'there is no invoice yet: nothing shows whether time_zone is right'
	return { name: 'site clock', detail }
}

/** User Permissions leave rows out of lists without a word; only a System Manager may look at them. */
async function userPermissions(user: string, ask: Ask) {
	const name = 'User Permissions'
	const found = await rows(
		'User Permission',
		{ fields: ['allow', 'for_value'], filters: [['user', '=', user]], size: 20 },
		ask,
	).catch(ifDenied)
	if (found === null)
		return { name, detail: 'this user may not look them up: make sure that none names it, or rows are missing unseen' }
	if (found.length === 0) return { name, detail: 'none: the user sees every row of what it may read' }
	const list = found.map((row) => `${row['allow']} ${row['for_value']}`).join(', ')
	return { name, detail: `the user sees only rows of ${list}; everything else is missing without a word` }
}

async function rows(
	doctype: string,
	list: { fields: string[]; filters?: [string, string, unknown][]; orderBy?: string; size: number },
	ask: Ask,
): Promise<Record<string, string>[]> {
	const { request, records } = listRequest(doctype, { filters: [], ...list })
	const { json } = await ask(request)
	return (json as Record<string, Record<string, string>[]>)[records]!
}

function ifDenied(error: unknown): null {
	if (vendorCause(error)?.action === 'denied') return null
	throw error
}
