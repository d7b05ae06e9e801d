/** What would move the cursor, begin a sequence, or turn the direction of text. */
const controls = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/** A value is a stranger's: what would move the cursor is written out. */
export function oneLine(text: string): string {
	return text.replace(controls, character => {
		const short = JSON.stringify(character).slice(1, -1);
		return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : short;
	});
}
