import { existsSync } from 'node:fs'
import { accountProblems } from '../accounts-read.ts'
import { companyClock } from '../clock.ts'
import { type Command, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { emptyFields } from '../empty-fields.ts'
import { exitCodes } from '../errors.ts'
import { examineConnections, examineDisk, type Finding } from '../examination.ts'
import { expiries, expiryFinding } from '../expiries.ts'
import { loadProject } from '../load-project.ts'
import { openState } from '../state.ts'
import type { Style } from '../terminal.ts'

/** `tieout doctor`: looks at everything that a run needs, side by side. Ends with 1 when something fails. */
export const doctor: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const findings: Finding[] = []
	const report = (finding: Finding) => {
		findings.push(finding)
		if (!context.isJson)
			for (const text of findingLines(finding, context.outStyle)) line(context.out, context.hint(text))
	}
	report({
		subject: 'configuration',
		status: 'ok',
		text: `${config.project.configuration}: ${config.connections.length} connections`,
	})
	for (const finding of switchedOff(config)) report(finding)
	report(await examineDisk(existsSync(config.project.data) ? config.project.data : config.project.folder))
	if (flags['offline'] === true) report({ subject: 'connections', status: 'skip', text: 'not asked (--offline)' })
	else {
		const state = await openState(config.project.state)
		try {
			const only = typeof flags['source'] === 'string' ? flags['source'] : undefined
			const clock = companyClock(environmentOf(config.project.folder, context.environment))
			await examineConnections({ config, state, only }, report, { now: () => clock.now().getTime() })
			for (const { connection, text, next } of await accountProblems(state.db, config))
				if (isAsked(config, connection, only)) report({ subject: connection, status: 'fail', text, fix: next })
			for (const { connection, endings } of await expiries({ config, state }))
				for (const ending of endings) if (isAsked(config, connection, only)) report(expiryFinding(connection, ending))
			for (const finding of await emptyFields(config)) report(finding)
		} finally {
			await state.close()
		}
	}
	const failed = findings.filter((finding) => finding.status === 'fail')
	if (context.isJson) document(context.out, { schema: 'tieout.doctor/1', is_healthy: failed.length === 0, findings })
	else
		line(
			context.notes,
			failed.length > 0
				? `next: ${failed[0]!.fix ?? 'repair what failed'}, then tieout doctor again`
				: 'next: tieout run',
		)
	return failed.length > 0 ? exitCodes.notTrusted : exitCodes.fine
}

/** What the configuration leaves out is in no figure, or old in them: nobody should have to find that out from a figure. */
function switchedOff({ connections }: Config): Finding[] {
	return connections.flatMap(({ name, streams, enabled }): Finding[] => {
		if (enabled === false)
			return [{ subject: name, status: 'skip', text: 'switched off: nothing of it is read, and what was read stays' }]
		const off = Object.entries(streams).flatMap(([stream, { enabled }]) => (enabled === false ? [stream] : []))
		return off.length === 0
			? []
			: [{ subject: name, status: 'skip', text: `switched off, and not read: ${off.join(', ')}` }]
	})
}

function isAsked({ connections }: Config, name: string, only: string | undefined): boolean {
	return only === undefined || connections.some((one) => one.name === name && (name === only || one.source === only))
}

function findingLines({ subject, status, text, fix }: Finding, style: Style): string[] {
	const first = text.replaceAll(/\s+/g, ' ')
	if (status === 'skip') return [style.dim(`${style.none} skip  ${subject}: ${first}`)]
	const mark = {
		ok: style.green(`${style.ok} ok  `),
		warn: style.yellow(`${style.warn} warn`),
		fail: style.red(`${style.bad} fail`),
	}[status]
	return [`${mark}  ${subject}: ${first}`, ...(fix ? [`        fix: ${fix}`] : [])]
}
