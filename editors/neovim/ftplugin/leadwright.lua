vim.bo.commentstring = "# %s"
require("leadwright").start()
