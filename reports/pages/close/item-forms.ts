import { type Html, html } from '../../html.ts'
import type { Failure } from '../failure.ts'
import { itemStatuses } from './item-data.ts'
import { statusWords } from './items-summary.ts'

type Properties = {
	/** Who can be chosen quickly; any other name may be typed. */
	page: { people: readonly string[] }
	given?: Record<string, string> | undefined
	failure?: Failure | undefined
}

/** Owner, status with its reason, due date and comment: what stays empty stays as it is. */
export function ChangeFields({ page, given = {}, failure }: Properties): Html {
	return html`<div class="entry row tops">
		<div class="field"><label for="owner">Owner</label><input id="owner" name="owner" list="people" value=${given['owner']} autocomplete="off" aria-keyshortcuts="a" />
			<datalist id="people">${page.people.map((one) => html`<option value=${one} />`)}</datalist></div>
		<div class="field"><label for="status">Status</label><select id="status" name="status"><option value="">as it is</option>${itemStatuses.map(
			(status) =>
				html`<option value=${status} selected=${given['status'] === status || undefined}>${statusWords[status]}</option>`,
		)}</select></div>
		<div class=${failure?.where === 'reason' ? 'field wrong' : 'field'}><label for="reason">Reason of the status</label><input id="reason" name="reason" value=${given['reason']} autocomplete="off" aria-invalid=${failure?.where === 'reason' ? 'true' : undefined} />
			<span class="muted">wanted for accepted</span></div>
		<div class="field"><label for="due">Due</label><input id="due" name="due_date" type="date" value=${given['due_date']} /></div>
		<div class="field wide"><label for="comment">Comment</label><textarea id="comment" name="comment" rows="2" aria-keyshortcuts="c">${given['comment'] ?? ''}</textarea></div>
	</div>`
}
