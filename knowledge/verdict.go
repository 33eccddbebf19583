package knowledge

// A Verdict says how sure a diagnosis is. Whether the bot speaks depends on it
// and never on a score.
type Verdict string

// The verdicts.
const (
	Certain Verdict = "certain" // a signature that names this failure mode alone
	Likely  Verdict = "likely"  // enough to say it first, with what would confirm it
	Unsure  Verdict = "unsure"  // several candidates, or thin evidence
	Unknown Verdict = "unknown" // nothing recognised
)
