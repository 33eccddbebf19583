package discordtest

import "net/http"

// answering finds the interaction whose token is in the path.
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
func (c *call) answering() (*interaction, error) {
	in := c.s.byToken[c.r.PathValue("token")]
	switch {
	case c.r.PathValue("app") != App:
		return nil, refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	case in == nil || !c.s.Now().Before(in.expires):
		return nil, refuse(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case !in.acked:
		return nil, refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	}
	if ch := c.s.channels[in.channel]; ch == nil || ch.Deleted {
		return nil, refuse(http.StatusNotFound, 10003, "Unknown Channel")
	}
	return in, nil
}

// followUp is POST /webhooks/{app}/{token}. The first after a deferred answer fills
// that in.
func (c *call) followUp() (any, error) {
	s := c.s
	in, err := c.answering()
	if err != nil {
		return nil, err
	}
	d, err := s.draft(c.Route, c.body, c.files, true)
	if err != nil {
		return nil, err
	}
	if d.empty() {
		return nil, refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	if m := in.original; m != nil && m.Loading && !m.Deleted {
		c.Message = m.ID
		c.finishLoading(m, d)
		return s.messageObject(m), nil
	}
	if in.private {
		if l := limit("followups.user_install"); in.followUps >= l.At {
			return nil, refuse(http.StatusBadRequest, 40094, "This interaction has hit the maximum number of follow up messages")
		}
	}
	in.followUps++
	m := s.newAnswer(in, c.Route, d.flags)
	m.Type = 0
	s.fill(c.Route, m, d)
	s.put(m)
	if !m.Ephemeral {
		s.messageEvent("MESSAGE_CREATE", m, s.messageObject(m))
	}
	c.Message = m.ID
	return s.messageObject(m), nil
}

// finishLoading puts an answer where the app was thinking. Who sees it does not
// change.
func (c *call) finishLoading(m *Message, d *draft) {
	m.Loading, m.Flags = false, m.Flags&^flagLoading|d.flags&flagSuppressEmbeds
	c.s.fill(c.Route, m, d)
	c.s.updated(m)
	c.s.core.Change()
}

// theirs finds a message of an interaction.
func (c *call) theirs() (*Message, error) {
	in, err := c.answering()
	if err != nil {
		return nil, err
	}
	m := in.original
	if id := c.r.PathValue("message"); id != "@original" {
		if m = c.s.byID[id]; m != nil && m.interaction != in && m != in.original {
			m = nil
		}
	}
	if m == nil || m.Deleted {
		return nil, refuse(http.StatusNotFound, 10008, "Unknown Message")
	}
	return m, nil
}

func (c *call) getAnswer() (any, error) {
	m, err := c.theirs()
	if err != nil {
		return nil, err
	}
	return c.s.messageObject(m), nil
}

func (c *call) editAnswer() (any, error) {
	m, err := c.theirs()
	if err != nil {
		return nil, err
	}
	d, err := c.s.draft(c.Route, c.body, c.files, true)
	if err != nil {
		return nil, err
	}
	c.Message = m.ID
	if m.Loading {
		if d.empty() {
			return nil, refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
		}
		c.finishLoading(m, d)
		return c.s.messageObject(m), nil
	}
	if err := c.s.amend(c.Route, m, d); err != nil {
		return nil, err
	}
	c.s.updated(m)
	return c.s.messageObject(m), nil
}

func (c *call) deleteAnswer() (any, error) {
	m, err := c.theirs()
	if err != nil {
		return nil, err
	}
	c.Message = m.ID
	c.s.remove(m)
	return nil, nil
}
