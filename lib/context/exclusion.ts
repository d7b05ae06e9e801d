import {compilePatterns, type Pattern} from '../tree/patterns.ts';

/**
 * Whether an ignore file leaves out a source of COPY, by its name alone. Undefined where that cannot be told: there are
 * no patterns, or one of them takes back what others say. Of the context itself it is told only where a pattern means
 * all that is in it (SURFACE LNT-19).
 */
export function exclusionBy(patterns: readonly Pattern[]): ((source: string) => boolean) | undefined {
	if (patterns.length === 0 || patterns.some(({text}) => text.startsWith('!'))) return undefined;
	const matcher = compilePatterns(patterns);
	const leavesOutAll = patterns.some(({text}) => ['*', '**', '**/*'].includes(text));
	return source => {
		if ((source === '.' || source === '/') && !leavesOutAll) return false;
		return matcher.judge(source).matched;
	};
}
