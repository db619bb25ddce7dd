// Builds, checks and publishes the shop in the project folder named as argument, saying when it starts. Killed by tests.
import { build } from '../../models/build.ts'
import { check } from '../../models/check.ts'
import { publish } from '../../models/publish.ts'
import { shopColumns, shopModels } from './shop.ts'

const options = { project: process.argv[2]!, modelFolders: [shopModels], kinds: ['shop'], rawColumns: shopColumns }
process.stdout.write('started\n')
await build(options)
await publish({ ...options, checks: await check(options), keep: 3 })
process.stdout.write('done\n')
