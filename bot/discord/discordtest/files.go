package discordtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A File is an attachment.
type File struct {
	ID          string // made when ""
	Name        string
	Type        string // content_type; "": text/plain; charset=utf-8
	Size        int    // as Discord claims; 0: the content's
	Content     []byte
	Fill        int    // so many bytes more, of the letter x, are sent
	Served      string // Content-Type of the download; "": Type
	Description string

	channel string
	Fetched int  // how often it was downloaded
	Gone    bool // the download answers 404
}

// AddFile keeps a file, and returns it with its id.
func (s *Server) AddFile(f File) File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addFile(f)
}

func (s *Server) addFile(f File) File {
	if f.ID == "" {
		f.ID = s.id()
	}
	s.files[f.ID] = &f
	return f
}

// FileByID returns a file with what happened to it.
func (s *Server) FileByID(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[id]; f != nil {
		return *f, true
	}
	return File{}, false
}

// GoneFile has the download of a file answer 404.
func (s *Server) GoneFile(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[id].Gone = true
}

// fileObject is an attachment with a freshly signed address. The caller holds the
// lock. https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
func (s *Server) fileObject(f *File) object {
	kind, size := f.Type, f.Size
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	if size == 0 {
		size = len(f.Content) + f.Fill
	}
	u := s.signedURL(f, s.Now())
	o := object{"id": f.ID, "filename": f.Name, "size": size, "url": u, "proxy_url": u, "content_type": kind}
	if f.Description != "" {
		o["description"] = f.Description
	}
	return o
}

func (s *Server) signedURL(f *File, now time.Time) string {
	ex := strconv.FormatInt(now.Add(s.opts.URLLife).Unix(), 16)
	is := strconv.FormatInt(now.Unix(), 16)
	path := "/attachments/" + orZero(f.channel) + "/" + f.ID + "/" + url.PathEscape(f.Name)
	return s.URL + path + "?ex=" + ex + "&is=" + is + "&hm=" + s.signature(f.ID, ex, is)
}

func orZero(id string) string {
	if id == "" {
		return "0"
	}
	return id
}

func (s *Server) signature(id, ex, is string) string {
	mac := hmac.New(sha256.New, s.private)
	fmt.Fprintf(mac, "%s %s %s", id, ex, is)
	return hex.EncodeToString(mac.Sum(nil))
}

// download serves an attachment to who has its address.
func (s *Server) download(c *call) (any, error) {
	q := c.r.URL.Query()
	id := c.r.PathValue("attachment")
	if c.r.Header.Get("Authorization") != "" {
		s.core.Violate(RuleToken, c.Route, "the bot's token was sent to the CDN")
	}
	f := s.files[id]
	expires, err := strconv.ParseInt(q.Get("ex"), 16, 64)
	if f == nil || f.Gone || err != nil || s.Now().Unix() > expires ||
		!hmac.Equal([]byte(q.Get("hm")), []byte(s.signature(id, q.Get("ex"), q.Get("is")))) {
		return nil, &apiError{status: http.StatusNotFound, body: "This content is no longer available."}
	}
	f.Fetched++
	kind := f.Served
	if kind == "" {
		kind = f.Type
	}
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	return raw{kind: kind, body: f.Content, fill: f.Fill}, nil
}
