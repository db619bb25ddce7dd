import type { PageContext } from '../../context.ts'
import { countOf, Moment } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import { Status } from '../../status.ts'
import type { PaperData, Signature } from './paper-data.ts'
import { Hash, paperPath, stepWords } from './words.ts'

type Properties = { paper: PaperData; context: PageContext }

/** Every signature there ever was, the first one first, with what it was given over. */
export function SignOffs({ paper }: Properties): Html {
	const { signatures, reopenings } = paper.life
	return html`<section class="table" id="sign-offs" aria-labelledby="sign-offs-title"><div class="caption"><h2 id="sign-offs-title">Sign-offs</h2>${signatures.length > 0 && html`<p>Every signature stays, also of rounds before a reopening · <a href=${paperPath(paper.scope.paper, 'bundle.zip')}>Evidence bundle</a> of the newest</p>`}</div>
		${signatures.length === 0 && html`<div class="empty">Nobody has signed this paper.</div>`}
		<ol class="sign-offs">${[
			...signatures.map((one) => ({ seq: one.seq, item: html`<${SignOff} signature=${one} hash=${paper.hash} />` })),
			...reopenings.map((one) => ({
				seq: one.seq,
				item: html`<li class="reopened"><p><strong>Reopened</strong> by ${one.name} <code>${one.userId}</code>, <${Moment} at=${one.at} /></p><p>${one.reason}</p></li>`,
			})),
		]
			.sort((a, b) => a.seq - b.seq)
			.map(({ item }) => item)}</ol></section>`
}

function SignOff({ signature, hash }: { signature: Signature; hash: string }): Html {
	const { step, name, userId, role, at, contentHash, generation, loadedUntil, statement, seq } = signature
	return html`<li><p><strong>${stepWords[step].by} ${name}</strong> <code>${userId}</code>, ${role}, <${Moment} at=${at} />${signature.round > 1 && html` <span class="muted">round ${signature.round}</span>`}</p>
		<p>“${statement}”</p>
		<p class="muted">content <${Hash} value=${contentHash} /> ${contentHash === hash ? html`<${Status} status="pass" word="as it is now" />` : 'another than now'} · generation ${generation}, as of <${Moment} at=${loadedUntil} /> · line ${seq} of the journal</p>
		${signature.overrides.map((one) => html`<p class="override"><${Status} status="warn" word="override" /> ${one.text}<br /><strong>Why:</strong> ${one.why}</p>`)}
		${signature.warnings.length > 0 && html`<details><summary>${countOf(signature.warnings.length, 'warning')} shown when it was signed</summary><ul>${signature.warnings.map((text) => html`<li>${text}</li>`)}</ul></details>`}
		${signature.certified.map(({ rule, cells }) => html`<p class="muted">${countOf(cells, 'cell')} certified by the rule ${rule}</p>`)}
	</li>`
}

/** Changes since signing that somebody accepted, and why. */
export function AcceptancesOf({ paper }: Properties): Html {
	const { acceptances } = paper.life
	if (acceptances.length === 0) return null
	return html`<section class="table" id="acceptances" aria-labelledby="acceptances-title"><div class="caption"><h2 id="acceptances-title">Accepted changes</h2><p>Each covers exactly the changes that it was given for</p></div>
		<ol class="sign-offs">${acceptances.map(
			({ name, at, changes, reason, generation }) =>
				html`<li><p><strong>${countOf(changes.length, 'change')} accepted by ${name}</strong>, <${Moment} at=${at} />, generation ${generation}</p><p>${reason}</p></li>`,
		)}</ol></section>`
}
