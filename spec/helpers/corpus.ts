import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Where the corpus of cases lies that nobody here wrote. */
export const corpus = process.env.STRATA_CORPUS ?? join(process.cwd(), '../shared/corpus');

/** Whether this machine has the corpus: it is no part of the project. */
export const hasCorpus = existsSync(corpus);

/** A JSON file of the corpus. */
export function readCorpus<T>(path: string): T {
	return JSON.parse(readFileSync(join(corpus, path), 'utf8')) as T;
}
