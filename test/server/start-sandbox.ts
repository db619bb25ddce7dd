// Starts the sample company's systems as `tieout demo` does, says where they are, and waits. For left-behind.test.ts.
import { startSandbox } from '../../server/demo-sandbox.ts'

const { address } = await startSandbox(undefined, process.argv[2]!, { scale: '0.01' }, {
	environment: process.env,
	signal: new AbortController().signal,
} as unknown as Parameters<typeof startSandbox>[3])
process.stdout.write(`${JSON.stringify(address)}\n`)
setInterval(() => {}, 60_000)
