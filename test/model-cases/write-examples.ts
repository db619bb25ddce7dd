import { writeFileSync } from 'node:fs'
import { codes } from './codes.ts'
import { breaksPage, readBreaksPage, withExamples } from './examples.ts'
import { findAll } from './scenario.ts'

// Writes the worked examples of docs/breaks.md anew.
writeFileSync(breaksPage, withExamples(readBreaksPage(), await findAll(codes)))
