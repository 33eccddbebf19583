// Package redact finds secrets and personal data in a paste and replaces them
// with stable, typed placeholders such as ‹github-user-token#1›.
//
// [Rules] are the kinds it knows. A rule has anchors, literals that stand in or
// right before every secret of its kind, and a reader that looks at the bytes
// around an anchor. [Patterns] hands the anchors to the caller's one pass over
// the text, and [Find] turns the hits into secrets. A [Redactor] learns what was
// found in any layer of a paste and removes it, in whatever encoding, from every
// string that leaves the engine, as [Text].
//
// What helps a diagnosis and opens no door stays readable: hosts, addresses,
// versions, request and trace ids, commit ids, consumer keys, client ids, user
// names, and the bare prefix of a token.
package redact

// A Text is a string that went through a [Redactor]. It is all that the engine
// renders.
type Text string

// A Rule is one kind of secret or of personal data.
type Rule struct {
	Kind     string                   // lower case words joined by '-'; the name in the placeholder; unique
	Doc      string                   // what it is and how it looks, one sentence
	Revoke   string                   // where its owner makes it worthless, one sentence
	Personal bool                     // personal data, not a secret: replaced, but nobody needs to be warned
	Check    func(secret string) bool // a second look at the whole secret; nil: the reader's own look is enough

	anchors []string // ASCII case folded unless exact; at least 3 bytes
	exact   bool
	read    reader // nil: found by its shape alone, see shapes.go
}

// Rules returns all rules, the specific before the general: where two claim the
// same bytes, the earlier has them. The caller must not change the slice.
func Rules() []Rule { return table().rules }

// A Found is one secret: Text[Start:End] of the text that was searched, without
// quotes, key or scheme around it.
type Found struct {
	Rule       int // index in Rules
	Start, End int
}
