#!/usr/bin/env node
// What npm installs as `strata`. Much of the time of a short command would go into compiling the code of all, so scripts/build
// leaves beside it what its V8 made of that. Another Node keeps a cache of its own, where it can: from 22.8.
import {existsSync, readFileSync} from 'node:fs';
import module, {createRequire} from 'node:module';
import {join} from 'node:path';
import {commandScript} from './command-script.ts';

const file = join(import.meta.dirname, 'command.cjs');
const cache = join(import.meta.dirname, `command-${process.version}-${process.arch}.cache`);

if (existsSync(cache)) commandScript(file, readFileSync(cache)).run();
else {
	(module as {enableCompileCache?: () => void}).enableCompileCache?.();
	createRequire(file)(file);
}
