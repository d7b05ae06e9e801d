/** Of the package; a spec holds it equal to package.json. */
export const version = '0.1.0';
