// Package match finds thousands of literals and regular expressions in text in
// one pass: a filter over the bytes, then the literals, then only those
// regular expressions whose required literals all stand on the line.
package match
