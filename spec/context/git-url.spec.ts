import test from 'ava';
import {parseGitSource} from '../../lib/context/git-url.ts';
import {DockerfileError} from '../../lib/errors.ts';

const commit = 'a'.repeat(40);

const forms: Readonly<Record<string, object>> = {
	'https://h/r.git': {remote: 'https://h/r.git'},
	'https://h/r.git#main': {remote: 'https://h/r.git', ref: 'main'},
	'https://h/r.git#main:a/b': {remote: 'https://h/r.git', ref: 'main', subdir: 'a/b'},
	'https://h/r.git#:a': {remote: 'https://h/r.git', subdir: 'a'},
	'git@h:o/r.git#v1': {remote: 'git@h:o/r.git', ref: 'v1'},
	'ssh://git@h/r': {remote: 'ssh://git@h/r'},
	'github.com/o/r': {remote: 'https://github.com/o/r'},
	'https://h/r.git?branch=main&subdir=a': {remote: 'https://h/r.git', ref: 'refs/heads/main', subdir: 'a'},
	'https://h/r.git?tag=v1#refs/tags/v1': {remote: 'https://h/r.git', ref: 'refs/tags/v1'},
	[`https://h/r.git?commit=${commit}`]: {remote: 'https://h/r.git', ref: commit, commit},
	'https://h/r.git?commit=abc123': {remote: 'https://h/r.git', commit: 'abc123'},
	'https://h/r.git?ref=v1&checksum=abc': {remote: 'https://h/r.git', ref: 'v1', commit: 'abc'},
	'https://h/r.git?keep-git-dir&submodules=0': {remote: 'https://h/r.git', keepGitDir: true, submodules: false},
};

for (const [text, expected] of Object.entries(forms)) {
	test(`${text} is taken apart (ADD-4)`, t => {
		t.deepEqual(parseGitSource(text) as object, expected);
	});
}

for (const text of [
	'https://h/r.git?tag=v1#refs/heads/main',
	'https://h/r.git?what=1',
	'https://h/r.git?keep-git-dir=maybe',
	'https://h/r.git#--upload-pack=touch',
	'--upload-pack=touch /tmp/x',
	'?ref=a',
]) {
	test(`${text} is refused (ADD-4)`, t => {
		t.throws(() => parseGitSource(text), {instanceOf: DockerfileError, code: 'GIT_URL'});
	});
}
