// Run by scripts/build alone: runs the command with the given arguments, and keeps what V8 compiled for it, and for runs before:
//
//   node compile.cjs COMMAND CACHE ARGUMENTS
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {commandScript} from './command-script.ts';

const [file = '', cache = '', ...args] = process.argv.slice(2);
const {script, run} = commandScript(file, existsSync(cache) ? readFileSync(cache) : undefined);
// The way it was compiled must be that of start.ts, or nothing is gained.
if (script.cachedDataRejected) throw new Error(`V8 does not take ${cache} back`);
process.on('exit', () => writeFileSync(cache, script.createCachedData()));
process.argv = [process.execPath, file, ...args];
run();
