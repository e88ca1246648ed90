import string

VOCABS = {"digits": string.digits, "letters": string.ascii_letters}
VOCABS["latin"] = VOCABS["digits"] + VOCABS["letters"] + ".,-'"
VOCABS["english"] = VOCABS["latin"] + "$"
VOCABS["french"] = VOCABS["english"] + "àâéèêëîïôùûçÀÂÉÈÊËÎÏÔÙÛÇ"
