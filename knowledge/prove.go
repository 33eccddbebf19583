package knowledge

import (
	"fmt"
	"runtime"
	"slices"
	"sort"
	"sync"
	"time"
)

// A Proof is what running every example against every failure mode showed.
type Proof struct {
	Modes      int
	Examples   int // texts diagnosed, mutations included
	Confusions []Confusion
}

// A Confusion is an example whose diagnosis is not what its failure mode says.
type Confusion struct {
	ID       string  // the failure mode whose example it is
	Example  string  // match[0], miss[2]
	Mutation string  // how the text was changed, "" for the text itself
	Want     string  // the id that should lead; "none" for silence; "" when only ID must not lead
	Got      string  // the id that leads, "none" when the bot would keep quiet
	Verdict  Verdict // of the diagnosis
	Fails    bool    // whether it fails the check; else it is shown only
}

// String is the confusion as one line.
func (c Confusion) String() string {
	mutation := ""
	if c.Mutation != "" {
		mutation = " (" + c.Mutation + ")"
	}
	return fmt.Sprintf("%s examples.%s%s: want %s, got %s (%s)", c.ID, c.Example, mutation, c.Want, c.Got, c.Verdict)
}

// Prove diagnoses every example of every failure mode with all of b, and every
// mutation of it. A match must lead with its own id and, unchanged, be said;
// a miss must not lead with it. now is the clock of all diagnoses.
func (b *Base) Prove(now time.Time) (Proof, error) {
	type task struct {
		m        *FailureMode
		example  string
		mutation string
		text     string
		is       string // of a miss
	}
	var tasks []task
	proof := Proof{}
	for _, l := range b.layers {
		for i := range l.Modes {
			if l.hidden[l.Modes[i].ID] {
				continue
			}
			shown, err := l.mode(i)
			if err != nil {
				return proof, err
			}
			m := shown.FailureMode
			proof.Modes++
			for k, text := range m.Examples.Match {
				name := fmt.Sprintf("match[%d]", k)
				tasks = append(tasks, task{m, name, "", text, ""})
				for _, mu := range Mutations {
					tasks = append(tasks, task{m, name, mu.Name, mu.Apply(text), ""})
				}
			}
			for k, miss := range m.Examples.Miss {
				tasks = append(tasks, task{m, fmt.Sprintf("miss[%d]", k), "", miss.Text, miss.Is})
			}
		}
	}
	proof.Examples = len(tasks)
	confusions := make([]*Confusion, len(tasks))
	var first error
	var once sync.Once
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				t := &tasks[i]
				d, err := b.Diagnose(Input{Text: []byte(t.text), Now: now})
				if err != nil {
					once.Do(func() { first = fmt.Errorf("%s examples.%s: %w", t.m.ID, t.example, err) })
					continue
				}
				confusions[i] = b.confusion(t.m, t.example, t.mutation, t.is, &d)
			}
		})
	}
	for i := range tasks {
		next <- i
	}
	close(next)
	group.Wait()
	for _, c := range confusions {
		if c != nil {
			proof.Confusions = append(proof.Confusions, *c)
		}
	}
	sort.SliceStable(proof.Confusions, func(i, j int) bool { return proof.Confusions[i].Fails && !proof.Confusions[j].Fails })
	return proof, first
}

func (b *Base) confusion(m *FailureMode, example, mutation, is string, d *Diagnosis) *Confusion {
	c := &Confusion{ID: m.ID, Example: example, Mutation: mutation, Want: m.ID, Got: "none", Verdict: d.Verdict}
	leads := ""
	if len(d.Candidates) > 0 {
		leads = d.Candidates[0].ID
	}
	if d.Verdict.Spoken() {
		c.Got = leads
	}
	if is != "" {
		c.Want = is
		if _, _, built := b.find(is); is != "none" && !built {
			c.Want = "not " + m.ID
			if c.Got != m.ID {
				return nil
			}
			c.Fails = true
			return c
		}
		c.Fails = c.Got == m.ID || c.Got != "none" && c.Got != is
		if c.Got == is || is != "none" && c.Got == "none" && leads == is {
			return nil
		}
		return c
	}
	if c.Got == m.ID {
		return nil
	}
	// A half of a text may hold less than the failure mode needs; then it is
	// silence, or one among others, but never another's alone.
	if mutation == halved && (c.Got == "none" || slices.ContainsFunc(d.Candidates, func(k Candidate) bool { return k.ID == m.ID })) {
		return nil
	}
	c.Fails = true
	return c
}
