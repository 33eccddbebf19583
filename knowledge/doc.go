// Package knowledge knows the documented failure modes of integration
// authentication and recognises them in a paste. It is pure: no network, no
// clock of its own, no database. [Builtin] gives the built-in base,
// [Base.Diagnose] says what a paste shows.
//
// # A diagnosis, step by step
//
// [Base.Diagnose] in diagnose.go is the table of contents:
//
//	read       clean.Read: bytes become UTF-8 text, bounded
//	clean      clean.Clean: what chat, mail, viewers and terminals did is undone; logical lines
//	           with decoded and joined views beside them, records with their log prefix
//	scan       match: one literal pass for the clauses of all failure modes, the keywords of the
//	           analyzers and the anchors of the secrets' rules; no regexp is run yet
//	analyze    analyze: records that hold an analyzer's keyword become facts and findings
//	recognise  recognise.go: signatures whose rarest clause was seen; a regexp is run only where
//	           its signature can still hold
//	stance     stance.go: a report, or talk about the error, by the phrases of stancesigns.txt
//	           (stancepast.go: what is of another time; prose.go: what a person wrote)
//	rank       rank.go: over, explains, the deepest cause, answers and alternatives
//	ask        ask.go: the question that helps most, the evidence that would settle it
//	render     render.go: statements filled in; every string of the paste redacted
//
// # What it knows
//
// A [FailureMode] is one YAML file below failuremodes; [Question] and [Topic]
// have folders of their own. `make generate` compiles them into builtin.gob.
// load.go and validate.go read a team's folder and report every mistake at
// once; [Base.With] lays it over the built-in base. prove.go runs every example
// against every failure mode, and mutations of it.
//
// # Conversations
//
// With [Input.Observe] a diagnosis carries an [Observation]: what this message
// contributed, bounded and redacted. Given back as [Input.Prior], observations
// let a later message, or an [Answer], rank again without any raw text kept.
//
// # Whole files
//
// Package scan streams files and archives of any size through the base, in
// blocks. [Base.Sieve] tells it which blocks can show nothing.
//
// # The packages below
//
// clean and logline read text, match finds, analyze decodes, redact replaces
// secrets, statement quotes parameters, strictyaml decodes files.
package knowledge
