package knowledge

// A Verdict says how sure a diagnosis is. Whether the bot speaks depends on it
// and never on a score.
type Verdict string

// The verdicts, from the surest.
const (
	Certain Verdict = "certain" // a signature that names this failure mode alone
	Likely  Verdict = "likely"  // enough to say it first, with what would confirm it
	Unsure  Verdict = "unsure"  // several candidates, or thin evidence
	Unknown Verdict = "unknown" // nothing recognised
)

// rank orders verdicts: 0 unknown to 3 certain.
func (v Verdict) rank() int {
	switch v {
	case Certain:
		return 3
	case Likely:
		return 2
	case Unsure:
		return 1
	}
	return 0
}

// Spoken reports whether a bot says it unasked: certain or likely.
func (v Verdict) Spoken() bool { return v.rank() >= 2 }
