import {createHash} from 'node:crypto';
import parseExpression from 'spdx-expression-parse';

/** Licences as SPDX has them, and the texts of those that it has no name for. */
export interface LicenceBook {
	/** An expression that says that all of these apply; NOASSERTION if there are none. */
	expression(told: readonly string[]): string;
	/** Each text that stands behind a LicenseRef of an expression, sorted: https://spdx.github.io/spdx-spec/v2.3/other-licensing-information-detected/ */
	extracted(): readonly ExtractedLicence[];
}

export interface ExtractedLicence {
	readonly licenseId: string;
	readonly extractedText: string;
}

export function licenceBook(): LicenceBook {
	const texts = new Map<string, string>();
	const named = (told: string) => {
		if (isExpression(told)) return told.includes(' ') ? `(${told})` : told;
		const id = licenceReference(told);
		texts.set(id, told);
		return id;
	};
	return {
		expression(told) {
			const distinct = [...new Set(told)];
			if (distinct.length === 1 && isExpression(distinct[0] ?? '')) return distinct[0] ?? '';
			return distinct.length === 0 ? 'NOASSERTION' : distinct.map(named).join(' AND ');
		},
		extracted: () =>
			[...texts]
				.map(([licenseId, extractedText]) => ({licenseId, extractedText}))
				.sort((one, other) => (one.licenseId < other.licenseId ? -1 : 1)),
	};
}

/** A reference that somebody else made has its text in a document of theirs. */
function isExpression(text: string): boolean {
	if (/Ref-/.test(text)) return false;
	try {
		parseExpression(text);
		return true;
	} catch {
		return false;
	}
}

/** Different texts have different names. */
function licenceReference(text: string): string {
	const name = text
		.replace(/[^A-Za-z0-9.]+/g, '-')
		.replace(/^-|-$/g, '')
		.slice(0, 40);
	return `LicenseRef-${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}
