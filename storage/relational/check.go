package relational

import (
	"errors"
	"fmt"

	"authfix/storage"
)

// checkRecord tells all that is wrong with a record, before anything is written.
func checkRecord(r *storage.Record) error {
	if r == nil {
		return errors.New("record: it is nil")
	}
	var k checker
	k.tenant(r.Tenant)
	k.needed("the delivery's id", r.Delivery.ID)
	k.size("the decision", len(r.Delivery.Decision), MaxID)
	k.size("the delivery's type", len(r.Delivery.Type), MaxID)
	k.size("the delivery's error", len(r.Delivery.Error), MaxTitle)
	k.size("the acknowledgement", len(r.Delivery.Ack), MaxAck)
	if m := r.Message; m != nil {
		k.needed("the message's channel", m.Channel)
		k.needed("the message's key", m.Key)
		k.ids(named{"the message's thread", m.Thread}, named{"the message's author", m.Author}, named{"the message's case", m.Case})
		k.version("the message", m.Version)
	}
	if c := r.Case; c != nil {
		checkCase(&k, r.Tenant, c)
	} else if r.Observation != nil || r.Retracted != "" {
		k.addf("an observation is put or retracted without a case")
	}
	if o := r.Observation; o != nil {
		k.needed("the observation's message", o.Message)
		k.id("the observation's author", o.Author)
		k.size("the observation", len(o.Data), MaxObservation)
	}
	k.id("the retracted message", r.Retracted)
	k.count("outgoing replies", len(r.Outgoing), MaxOutgoing)
	for i := range r.Outgoing {
		checkOutgoing(&k, r.Tenant, fmt.Sprintf("outgoing %d: ", i), &r.Outgoing[i])
	}
	if v := r.Vote; v != nil {
		k.needed("the vote's case", v.Case)
		k.needed("the vote's person", v.Person)
		k.ids(named{"the vote's failure mode", v.FailureMode}, named{"the vote", v.Value})
	}
	if g := r.Setting; g != nil {
		k.ids(named{"the setting's channel", g.Channel}, named{"who set it", g.By})
		k.size("the setting", len(g.Data), MaxSetting)
		k.version("the setting", g.Version)
	}
	k.count("audit entries", len(r.Audits), MaxAudits)
	for i := range r.Audits {
		checkAudit(&k, &r.Audits[i])
	}
	if g := r.Sighting; g != nil {
		k.needed("the sighting's fingerprint", g.Fingerprint)
		if g.At.IsZero() {
			k.addf("the sighting has no time")
		}
	}
	if u := r.Unrecognised; u != nil {
		k.needed("the unrecognised fingerprint", u.Fingerprint)
		k.id("the unrecognised channel", u.Channel)
		k.size("the unrecognised excerpt", len(u.Excerpt), MaxExcerpt)
	}
	k.count("warned secrets", len(r.Warned), MaxWarned)
	for _, mac := range r.Warned {
		checkMAC(&k, mac)
	}
	k.count("jobs", len(r.Jobs), MaxJobs)
	for i, j := range r.Jobs {
		if len(j.Kind) < 2 {
			k.addf("job %d: its kind has less than two characters", i)
		}
		if j.Tenant != r.Tenant {
			k.addf("job %d: it is of another tenant", i)
		}
	}
	return k.err("record")
}

func (k *checker) version(name string, v int64) {
	if v < 0 {
		k.addf("the version of %s is negative", name)
	}
}

func checkMAC(k *checker, mac []byte) {
	if len(mac) == 0 {
		k.addf("the MAC of a secret is empty")
	}
	k.size("the MAC of a secret", len(mac), MaxMAC)
}

func checkCase(k *checker, t storage.Tenant, c *storage.Case) {
	if c.Tenant != "" && c.Tenant != t {
		k.addf("the case is of another tenant")
	}
	k.needed("the case's id", c.ID)
	k.needed("the case's state", string(c.State))
	k.ids(named{"the case's channel", c.Channel}, named{"the case's thread", c.Thread}, named{"the case's author", c.Author},
		named{"the case's verdict", c.Verdict}, named{"the case's failure mode", c.FailureMode}, named{"the case's base", c.Base},
		named{"the case's fingerprint", c.Fingerprint})
	k.size("the case's title", len(c.Title), MaxTitle)
	k.size("the case's excerpt", len(c.Excerpt), MaxExcerpt)
	k.count("answers", len(c.Answers), MaxAnswers)
	for _, a := range c.Answers {
		k.size("an answer's fact", len(a.Fact), MaxAnswer)
		k.size("an answer's value", len(a.Value), MaxAnswer)
	}
	k.version("the case", c.Version)
}

func checkOutgoing(k *checker, t storage.Tenant, at string, o *storage.Outgoing) {
	if o.Tenant != "" && o.Tenant != t {
		k.addf("%sit is of another tenant", at)
	}
	k.needed(at+"its id", o.ID)
	k.needed(at+"its platform", o.Platform)
	k.ids(named{at + "its once", o.Once}, named{at + "its case", o.Case}, named{at + "its channel", o.Channel}, named{at + "its thread", o.Thread},
		named{at + "its person", o.Person}, named{at + "its message", o.Message}, named{at + "what it replaces", o.Replaces}, named{at + "its target", o.Target})
	if o.Private && o.Person == "" {
		k.addf("%sit is private and has no person", at)
	}
	if o.Replaces != "" && o.Replaces == o.ID {
		k.addf("%sit replaces itself", at)
	}
	if o.State != "" && o.State != storage.Pending {
		k.addf("%sit is recorded as %s, and only a pending reply can be recorded", at, o.State)
	}
	k.size(at+"its reply", len(o.Reply), MaxReply)
	k.size(at+"its reply address", len(o.ReplyTo), MaxCredential)
}

func checkAudit(k *checker, a *storage.Audit) {
	k.needed("the audit's action", a.Action)
	k.id("the audit's actor", a.Actor)
	k.size("the audit's subject", len(a.Subject), MaxTitle)
	k.size("the audit's detail", len(a.Detail), MaxExcerpt)
}
