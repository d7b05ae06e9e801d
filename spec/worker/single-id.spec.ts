import test from 'ava';
import {singleIdWarning} from '../../lib/worker/single-id.ts';
import {directory, file} from '../helpers/layer.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {withoutRoot} from '../helpers/user.ts';
import {session} from './sessions.ts';

/** An account that Debian and most others have, and give no subordinate ids. */
const plain = {name: 'daemon', uid: 1, gid: 1};

for (const runtime of ['crun', 'runc'] as const) {
	const setting = {user: plain, runtime, snapshotter: 'overlay'} as const;

	unless(withoutRoot ?? without(runtime))(
		`${runtime}: with a single id, changes of owners count as done, and owners of the base stay true`,
		async t => {
			const base = [
				directory('home', {uid: 5, gid: 6, mode: 0o750}),
				file('home/kept', 'k', {uid: 1000, gid: 1001}),
				file('home/other', 'o', {uid: 7, gid: 8}),
			];
			const {facts, jobs} = await session(t, setting, [
				{
					base,
					user: '1000',
					script: 'id -u; cat $APT_CONFIG; chown 12:34 /home/kept && echo more >> /home/kept; echo n > /home/new',
				},
			]);

			t.is(facts.ids, 1);
			t.truthy(facts.warning);
			t.is(jobs[0]?.output, '0\nAPT::Sandbox::User "root";\n');
			t.deepEqual(jobs[0]?.layer, ['home directory 750 5:6', 'home/kept file 644 1000:1001', 'home/new file 644 0:0']);
		},
	);
}

test('the warning says what may fail, and what to type', t => {
	t.deepEqual(singleIdWarning({uid: 1000, name: 'dev'}), {
		message: 'no subordinate ids for user 1000, so RUN has one id only',
		notes: [
			"owners are recorded and right in the image, but programs that change\ntheir user (apt's _apt, su) may fail",
		],
		help: ['once, as root:\nusermod --add-subuids 100000-165535 --add-subgids 100000-165535 dev'],
	});
});
