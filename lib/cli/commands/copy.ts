import {UsageError} from '../../errors.ts';
import type {Arguments, Command} from '../command.ts';
import {json, progress, quiet, reachFlags} from '../flags.ts';
import {reachOf} from '../reach-flags.ts';
import {credsNote, loginOf} from '../registry-flags.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {expectWords} from '../words.ts';

export const command: Command = {
	name: 'copy',
	usage: '[flags] SOURCE DEST',
	purpose: [
		'Copy an image, digests unchanged. Each is NAME in a registry, oci:DIR[:TAG],',
		'oci-archive:FILE[:NAME] or docker-archive:FILE[:NAME].',
		...credsNote,
	],
	flags: [
		{name: 'platform', value: 'OS/ARCH', text: 'only this one of several'},
		...reachFlags,
		{name: 'src-creds', value: 'USER', text: 'a login to the source; -: from stdin'},
		{name: 'dest-creds', value: 'USER', text: 'a login; -: from stdin; else $STRATA_CREDS'},
		{...quiet, text: 'print where it went only'},
		progress,
		{...json, text: 'the result as data'},
	],
	layout: 'list',
	examples: ['strata copy debian:bookworm oci:out:bookworm', 'strata copy oci-archive:app.tar localhost:5000/app'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const [source = '', dest = ''] = expectWords(
		args,
		['SOURCE', 'DEST'],
		'strata copy debian:bookworm oci:out:bookworm',
	);
	const platform = args.text('platform');
	const [fromCreds, toCreds] = [args.text('src-creds'), args.text('dest-creds') ?? shell.env.STRATA_CREDS];
	if (fromCreds === '-' && toCreds === '-') {
		throw new UsageError('FLAG_VALUE', '--src-creds and --dest-creds cannot both be read from stdin', {
			help: ['keep one of them: strata login REGISTRY', 'or give that of DEST as STRATA_CREDS=USER:PASSWORD'],
		});
	}
	const [from, to] = [await loginOf(fromCreds, shell), await loginOf(toCreds, shell)];
	const [{copyImage}, {runTransfer}] = await Promise.all([import('../../index.ts'), import('../run-transfer.ts')]);
	const options = {
		root: await rootOf(args, shell),
		from: {...reachOf(args), ...(from ? {login: from} : {})},
		to: {...reachOf(args), ...(to ? {login: to} : {})},
		...(platform === undefined ? {} : {platform}),
	};
	const start = (telling: object) => copyImage(source, dest, {...options, ...telling});
	return runTransfer({verb: 'copy', name: dest, start}, args, shell);
}
