import test from 'ava';
import {licenceBook} from '../../lib/attest/licences.ts';

const expressions: readonly (readonly [string, readonly string[], string])[] = [
	['no licence is none that is asserted', [], 'NOASSERTION'],
	['an expression is kept', ['GPL-2.0-only WITH Classpath-exception-2.0'], 'GPL-2.0-only WITH Classpath-exception-2.0'],
	['several licences all apply', ['MIT', 'Apache-2.0 OR 0BSD', 'MIT'], 'MIT AND (Apache-2.0 OR 0BSD)'],
];

for (const [title, told, expression] of expressions) {
	test(title, t => {
		const book = licenceBook();

		t.is(book.expression(told), expression);
		t.deepEqual(book.extracted(), []);
	});
}

test('what SPDX has no name for is told as it stands, under a name of its own', t => {
	const book = licenceBook();

	t.is(book.expression(['MIT License', 'GPL v2+']), 'LicenseRef-MIT-License-abb2896d AND LicenseRef-GPL-v2-4ea85765');
	t.is(book.expression(['MIT License']), 'LicenseRef-MIT-License-abb2896d', 'the same text has the same name');
	t.not(book.expression(['GPL v2-']), book.expression(['GPL v2+']));
	const texts = book.extracted().map(({extractedText}) => extractedText);
	t.deepEqual(texts.sort(), ['GPL v2+', 'GPL v2-', 'MIT License']);
});

test('a name in a document of somebody else means nothing here', t => {
	const book = licenceBook();

	t.regex(book.expression(['LicenseRef-ours']), /^LicenseRef-LicenseRef-ours-[0-9a-f]{8}$/);
	t.deepEqual(
		book.extracted().map(({extractedText}) => extractedText),
		['LicenseRef-ours'],
	);
});
