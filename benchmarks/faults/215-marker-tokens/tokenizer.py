class WordTokenizer:
    """whitespace words; added tokens are numbered after the base vocabulary"""

    def __init__(self, words):
        self.vocab = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2}
        for w in words:
            self.vocab.setdefault(w, len(self.vocab))
        self.added = {}

    @classmethod
    def from_sentences(cls, sentences):
        marks = {"<e1>", "</e1>", "<e2>", "</e2>"}
        return cls(sorted({w for s in sentences for w in s.split()} - marks))

    @property
    def vocab_size(self):
        """size of the base vocabulary"""
        return len(self.vocab)

    def __len__(self):
        return len(self.vocab) + len(self.added)

    def add_special_tokens(self, tokens):
        for t in tokens:
            if t not in self.vocab and t not in self.added:
                self.added[t] = len(self)

    def encode(self, sentence):
        ids = [2]
        for w in sentence.split():
            ids.append(self.added.get(w, self.vocab.get(w, 1)))
        return ids
