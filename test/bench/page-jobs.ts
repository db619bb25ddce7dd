import { configOf } from '../sample-project.ts'
import { serve } from '../server/routes/serving.ts'
import { phase } from './measure.ts'

/** Somebody opens a month in a server that has just started, opens it again, and goes on to the month before. */
export async function monthPages({ folder, months }: { folder: string; months: readonly [string, string] }) {
	const server = await serve(configOf(folder).project.published)
	const read = async (month: string) => {
		const response = await server.get(`/month/${month}`)
		const text = await response.text()
		if (response.status !== 200 || !text.includes('</html>')) throw new Error(`/month/${month}: ${response.status}`)
		return text.length
	}
	try {
		// The processes that answer are up, as a server's are.
		await server.queries.tables()
		const [first, bytes] = await phase(() => read(months[0]))
		const [again] = await phase(() => read(months[0]))
		const [before] = await phase(() => read(months[1]))
		return { first, again, before, bytes }
	} finally {
		await server.close()
	}
}
