import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {diagnose} from '../../lib/doctor/diagnose.ts';
import {folderFor} from '../helpers/folder.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

unless(without('crun', 'runc', 'newuidmap'))(
	'a machine that can build is told so, and nothing is left of the trial',
	async t => {
		const folder = await folderFor(t);
		const root = join(folder, 'not/yet');

		const {findings, canRun} = await diagnose({root});

		t.true(canRun);
		t.deepEqual(
			findings.map(({topic}) => topic),
			['user namespaces', 'id ranges', 'overlay', 'runtime', 'cgroups', 'registry'],
		);
		t.deepEqual(
			findings.slice(0, 4).map(({state}) => state),
			['ok', 'ok', 'ok', 'ok'],
		);
		t.false(existsSync(root));
		t.deepEqual(readdirSync(folder), []);
	},
);
