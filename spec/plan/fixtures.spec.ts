import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {plan} from './planning.ts';

const folder = 'spec/fixtures/dockerfile';

// STRATA_UPDATE=1 writes the plans anew, to be read before they are committed
for (const name of readdirSync(folder)) {
	test(`${name}: the plan is the one in ${folder}/${name}/plan.json`, t => {
		const made = plan(readFileSync(join(folder, name, 'Dockerfile'), 'utf8'));
		const file = join(folder, name, 'plan.json');
		if (process.env.STRATA_UPDATE) writeFileSync(file, `${JSON.stringify(made, undefined, '\t')}\n`);

		t.deepEqual(made, JSON.parse(readFileSync(file, 'utf8')));
	});
}
