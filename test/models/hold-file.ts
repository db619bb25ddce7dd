// Opens the DuckDB file named as argument, writes a row and holds it until it is killed.
import { openDatabase } from '../../models/warehouse.ts'

const database = await openDatabase(process.argv[2]!)
await database.run('create table t as select 1 as a')
process.stdout.write('open\n')
setInterval(() => {}, 1000)
