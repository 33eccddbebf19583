package handlers

import (
	"time"

	"authfix/knowledge"
)

// An Action is what triage decides.
type Action string

// The actions.
const (
	Silence  Action = "silence"
	Speak    Action = "speak"    // say the diagnosis
	Ask      Action = "ask"      // show the candidates, ask the question
	Admit    Action = "admit"    // say that nothing was recognised
	Help     Action = "help"     // say what can be asked
	Escalate Action = "escalate" // say the diagnosis, and tell the channel's people
)

// A Situation is what triage needs to know of a message beside its diagnosis.
type Situation struct {
	Asked    bool      // it is for the bot
	Self     bool      // it is the bot's own
	Bot      bool      // it is another program's
	Talk     bool      // a greeting, thanks, or chatter: no evidence in it
	FollowUp bool      // it belongs to a case that was answered
	Now      time.Time // for the quiet hours
}

// Said is what triage needs to know of what was said before.
type Said struct {
	Verdict     knowledge.Verdict // of the case's last answer; "" when nothing was said in this thread
	FailureMode string
	Fingerprint string
	Unhelped    int // people whom that answer did not help, in this case
}

// unhelpedEnough is how many people an answer must have failed until the same
// answer again goes to the channel's people as well.
const unhelpedEnough = 2

// Triage decides what to do about a message. It depends on nothing but its
// arguments.
func Triage(p Policy, s Situation, d *knowledge.Diagnosis, said Said) Action {
	switch {
	case s.Self, s.Bot && !p.Bots:
		return Silence
	case s.Talk && s.Asked && !s.FollowUp:
		return Help
	case s.Talk:
		return Silence
	case s.FollowUp:
		return followUp(p, s, d, said)
	case s.Asked:
		return direct(d)
	case !p.On, p.quietAt(s.Now):
		return Silence
	case d.Verdict == knowledge.Certain, d.Verdict == knowledge.Likely && p.Threshold != knowledge.Certain:
		return Speak
	}
	return Silence
}

// direct is what someone is told who asked.
func direct(d *knowledge.Diagnosis) Action {
	switch {
	case d.Verdict.Spoken():
		return Speak
	case len(d.Candidates) > 0:
		return Ask
	}
	return Admit
}

// followUp decides about more evidence in a case: only what changes the answer
// is said.
func followUp(p Policy, s Situation, d *knowledge.Diagnosis, said Said) Action {
	leader := ""
	if len(d.Candidates) > 0 {
		leader = d.Candidates[0].ID
	}
	changed := d.Verdict != said.Verdict || leader != said.FailureMode || d.Fingerprint != said.Fingerprint
	switch {
	case !changed && d.Verdict.Spoken() && said.Unhelped >= unhelpedEnough && len(p.Escalate) > 0:
		return Escalate
	case !s.Asked && (!changed || p.quietAt(s.Now)):
		return Silence
	case s.Asked:
		return direct(d)
	case d.Verdict.Spoken():
		return Speak
	}
	return Silence
}
