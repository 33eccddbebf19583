// Package scan reads whole files: logs too long for a paste, compressed ones,
// archives of them. Everything is streamed, in bounded memory; nothing is
// written anywhere.
//
// [Entries] opens what a stream is, told by its content alone: text, gzip, zip,
// tar, zstd, bzip2. [Diagnose] runs the texts through a [knowledge.Base], block
// by block, and says what was found where.
package scan
